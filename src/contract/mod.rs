//! stub
/// stub
#[derive(Debug)]
pub struct Validator;
/// stub
pub struct Violations { /// x
pub list: Vec<crate::types::Violation>, /// x
pub total: u64 }
impl Validator { /// x
pub fn is_valid(&self,_:&serde_json::Value)->bool{true} /// x
pub fn violations(&self,_:&serde_json::Value)->Violations{Violations{list:vec![],total:0}} }
